export const h: any;
export const render: any;
