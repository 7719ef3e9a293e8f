export const batch: any;
export const computed: any;
export const effect: any;
export const signal: any;
export const useComputed: any;
export const useSignal: any;
export const useSignalEffect: any;
