/** Under Trusted Types: addresses of workers are let pass, text that would become HTML or script is not. */
globalThis.trustedTypes?.createPolicy('default', { createScriptURL: (address) => address });
