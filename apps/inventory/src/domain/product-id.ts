/** Letters, digits and a few marks, so that it is safe in addresses, file names and logs. */
export const PRODUCT_ID = /^[A-Za-z0-9][A-Za-z0-9 ._:+-]{0,63}$/;
