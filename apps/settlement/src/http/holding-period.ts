/** How long what is delivered waits, where Nest looks for it. */
export class HoldingPeriod {
  constructor(readonly ms: number) {}
}
