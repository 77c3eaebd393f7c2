/** TypeScript as Node loads it, once for all files of a worker. */
module.exports = globalThis.typescript();
