/** An environment that nothing can be run with. The message names every broken variable. */
export class BrokenConfig extends Error {
  /** `VARIABLE: what is wrong`. */
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(['The configuration is broken:', ...faults.map((fault) => `- ${fault}`)].join('\n'))
    this.faults = faults
  }
}
