import { join } from 'node:path';
import ts from 'typescript';

/** A kind of objects, with the module and the name of its interface. */
export interface KindType {
  readonly module: string;
  readonly name: string;
}

/** The fields of a kind's `spec`, as its type declares them: a tree by name; those of a list are under `[]`. */
export class SpecFields {
  /** Reads the types of several kinds at once. */
  static of(kinds: readonly KindType[]): SpecFields[] {
    const file = join(__dirname, 'spec-fields-of-kinds.ts');
    const text = kinds
      .map(
        ({ module, name }, index) =>
          `import type { ${name} as I${index} } from '${module}';\nexport type K${index} = `
          + `NonNullable<I${index}['spec']>;`,
      )
      .join('\n');
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      lib: ['lib.es2022.d.ts'],
      types: [],
    };
    const host = ts.createCompilerHost(options);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
    host.fileExists = name => name === file || ts.sys.fileExists(name);
    const program = ts.createProgram([file], options, host);
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const exported = module ? checker.getExportsOfModule(module) : [];
    return kinds.map((_, index) => {
      const symbol = exported.find(each => each.name === `K${index}`);
      if (!symbol) {
        throw new Error(`${kinds[index]?.name} has no type`);
      }
      return new SpecFields([checker.getDeclaredTypeOfSymbol(symbol)], checker);
    });
  }

  private constructor(
    private readonly types: readonly ts.Type[],
    private readonly checker: ts.TypeChecker,
  ) {}

  /** The fields right below, by name; a list has one, `[]`. */
  get below(): ReadonlyMap<string, SpecFields> {
    const below = new Map<string, ts.Type[]>();
    for (const type of this.types.flatMap(each => this.partsOf(each))) {
      for (const [name, field] of this.fieldsOf(type)) {
        below.set(name, [...(below.get(name) ?? []), field]);
      }
    }
    return new Map([...below].map(([name, types]) => [name, new SpecFields(types, this.checker)]));
  }

  private fieldsOf(type: ts.Type): [string, ts.Type][] {
    const element = this.checker.isArrayType(type)
      ? this.checker.getTypeArguments(type as ts.TypeReference)[0]
      : undefined;
    if (element) {
      return [['[]', element]];
    }
    return (type.flags & ts.TypeFlags.Object) === 0
      ? []
      : this.checker.getPropertiesOfType(type).map(each => [each.name, this.checker.getTypeOfSymbol(each)]);
  }

  /** The types that a union or an intersection is made of: a field of one of them is a field. */
  private partsOf(type: ts.Type): ts.Type[] {
    const present = this.checker.getNonNullableType(type);
    return present.isUnionOrIntersection() ? present.types.flatMap(each => this.partsOf(each)) : [present];
  }
}
