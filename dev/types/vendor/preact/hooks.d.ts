export const useEffect: any;
export const useId: any;
export const useLayoutEffect: any;
export const useMemo: any;
export const useRef: any;
export const useState: any;
