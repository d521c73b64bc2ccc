/** Others name their payments at the provider as they like. */
const ORDER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns in the lower case in which the database writes it; undefined for what is none of ours */
export const ourOrderId = (orderId: string | undefined): string | undefined =>
  orderId !== undefined && ORDER_ID.test(orderId) ? orderId.toLowerCase() : undefined;
