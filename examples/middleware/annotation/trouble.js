/** Why Genesys did not do what it was asked. */
export class GenesysTrouble extends Error {
  name = 'GenesysTrouble';

  /** @param {import('./retry.js').Trouble} trouble @param {unknown} [cause] */
  constructor(trouble, cause) {
    super(trouble.reason, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

/** @param {string} reason @param {unknown} [cause] */
export function transient(reason, cause) {
  return new GenesysTrouble({ kind: 'transient', reason }, cause);
}
