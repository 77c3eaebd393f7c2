/** The programs of a document: blocks of TypeScript that import what they use, without their indentation. */
export function programsIn(text: string): string[] {
  return [...text.matchAll(/^( *)```ts\n([\s\S]*?)^ *```/gm)]
    .map(([, indentation = '', code = '']) => code.replace(new RegExp(`^${indentation}`, 'gm'), ''))
    .filter(each => /^import /m.test(each));
}
