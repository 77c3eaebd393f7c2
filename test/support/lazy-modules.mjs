import swcJest from '@swc/jest';

/** The paths that a module names in its imports and re-exports. */
const PATH = /\bfrom '([^']+)'/g;

/**
 * Compiles a module so that those it imports are loaded when it first uses them: a test then loads what it reaches,
 * where it would load the library. Examples are programs whose modules declare services one after the other, so theirs
 * are loaded in order.
 */
export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    return {
      ...swc,
      process: (text, path, given) => {
        const lazy = path.includes('/examples/') ? false : [...text.matchAll(PATH)].map(([, each]) => each);
        return swcJest
          .createTransformer({ ...options, module: { ...options.module, lazy } })
          .process(text, path, given);
      },
      getCacheKey: (text, path, given) => `${swc.getCacheKey(text, path, given)}lazy modules of the library`,
    };
  },
};
