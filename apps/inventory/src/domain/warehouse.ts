/** Where goods lie. Stock is kept for each product in each of them. */
export interface Warehouse {
  readonly warehouseId: string;
  readonly name: string;
  /** Whoever has the lower number is asked sooner. */
  readonly priority: number;
  /** One that is not gives nothing new; what it has promised stays promised. */
  readonly isActive: boolean;
}

/** There from the start: all stock of before there were several lies in it. */
export const MAIN_WAREHOUSE = 'main';
