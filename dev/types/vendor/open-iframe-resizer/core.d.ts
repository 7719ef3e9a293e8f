export const initialize: any;
