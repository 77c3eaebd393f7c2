import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const LIBRARY = join(__dirname, '../lib');

/** Classes whose methods declare; of others only static methods do. */
const DECLARING = ['Callee', 'Edge', 'ForeignService', 'ForeignTopology', 'ObservedApi', 'Service', 'Topology'];
/** Classes that users construct. */
const CONSTRUCTED = [
  'ClusterApp',
  'EdgeAlarms',
  'EnvoyGateway',
  'HttpApiEdge',
  'IstioAmbient',
  'IstioIngress',
  'IstioInstallation',
  'IstioOnEks',
  'IstioSidecars',
  'LambdaAggregator',
  'LinkerdInstallation',
  'LinkerdMesh',
  'NoMesh',
  'RestApiEdge',
  'SharedLoadBalancer',
  'TargetGroupBinding',
  'Topology',
  'TopologyChart',
  'Waf',
  'WebSocketApiEdge',
];
/** Functions that read a topology. */
const FUNCTIONS = ['azureApiManagement', 'googleApiGateway', 'openApi'];
/** Classes whose static methods are for the library itself. */
const INTERNAL = ['IstioCharts', 'PathMatches', 'Phase', 'TopologyChart'];

/**
 * An entry for each public method that declares, each interface and enum of its parameters: its name, and its parameters,
 * properties or values. Usage: tsx packaging/argument-types.ts FILE, a module in JavaScript or a text.
 */
export function argumentTypes(): string {
  const declared = declarations();
  const methods = [...declared.values()].flatMap(each =>
    ts.isClassDeclaration(each) ? signatures(each) : ts.isFunctionDeclaration(each) ? [signatureOf(each)] : [],
  );
  const entries = new Map(methods);
  const pending = [...entries.values()];
  for (let text = pending.pop(); text !== undefined; text = pending.pop()) {
    for (const [name] of text.matchAll(/\b[A-Z]\w+/g)) {
      const entry = entries.has(name) ? undefined : entryOf(declared.get(name));
      if (entry !== undefined) {
        entries.set(name, entry);
        pending.push(entry);
      }
    }
  }
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${name} ${text}`)
    .join('; ');

  function entryOf(found: ts.Node | undefined): string | undefined {
    if (found && ts.isEnumDeclaration(found)) {
      return `= ${found.members.map(({ initializer }) => initializer?.getText().slice(1, -1) ?? '').join(', ')}`;
    }
    if (!found || !ts.isInterfaceDeclaration(found) || found.members.some(ts.isMethodSignature)) {
      return undefined;
    }
    const bases = (found.heritageClauses ?? []).flatMap(({ types }) => types.map(each => `+${each.getText()}`));
    return [...bases, ...found.members.map(member)].join(' ');
  }

  function member(each: ts.TypeElement): string {
    if (ts.isIndexSignatureDeclaration(each)) {
      return `*:${typeText(each.type)}`;
    }
    return ts.isPropertySignature(each)
      ? `${each.name.getText()}${each.questionToken ? '?' : ''}:${typeText(each.type)}`
      : '';
  }

  function signatures(owner: ts.ClassDeclaration): [string, string][] {
    const name = owner.name?.text ?? '';
    return owner.members.flatMap((each): [string, string][] => {
      const text = each.getText();
      if (/^(private|protected)\b/.test(text) || each.getFullText().includes('@internal')) {
        return [];
      }
      if (ts.isConstructorDeclaration(each)) {
        return CONSTRUCTED.includes(name) ? [[`new.${name}`, each.parameters.map(parameter).join(' ')]] : [];
      }
      if (!ts.isMethodDeclaration(each)) {
        return [];
      }
      const isFactory = text.startsWith('static') && !INTERNAL.includes(name);
      const isDeclaring = DECLARING.includes(name) && each.parameters.length > 0;
      return isFactory || isDeclaring
        ? [[`${name}.${each.name.getText()}`, each.parameters.map(parameter).join(' ')]]
        : [];
    });
  }

  function signatureOf({ name, parameters }: ts.FunctionDeclaration): [string, string] {
    return [`function.${name?.text ?? ''}`, parameters.map(parameter).join(' ')];
  }

  function parameter(each: ts.ParameterDeclaration, at: number): string {
    const name = ts.isIdentifier(each.name) ? each.name.text : at === 0 ? 'props' : 'options';
    const literal = each.initializer && ts.isNumericLiteral(each.initializer) ? 'number' : 'any';
    const type = each.type ? typeText(each.type) : literal;
    const isOptional = each.questionToken !== undefined || each.initializer !== undefined;
    return `${each.dotDotDotToken ? '...' : ''}${name}${isOptional ? '?' : ''}:${
      each.dotDotDotToken ? type.slice(0, -2) : type
    }`;
  }

  function typeText(type: ts.TypeNode | undefined): string {
    if (!type) {
      return 'any';
    }
    if (ts.isTypeOperatorNode(type)) {
      return typeText(type.type);
    }
    if (ts.isArrayTypeNode(type)) {
      return `${typeText(type.elementType)}[]`;
    }
    if (ts.isUnionTypeNode(type)) {
      return type.types
        .filter(each => each.kind !== ts.SyntaxKind.UndefinedKeyword)
        .map(typeText)
        .join('|');
    }
    if (ts.isTypeLiteralNode(type)) {
      const [only] = type.members;
      return only && ts.isIndexSignatureDeclaration(only) ? `{${typeText(only.type)}}` : 'object';
    }
    if (ts.isTypeReferenceNode(type) && type.getText().startsWith('Readonly<')) {
      return typeText(type.typeArguments?.[0]);
    }
    if (ts.isTypeReferenceNode(type) && type.getText().startsWith('Record<')) {
      return `{${typeText(type.typeArguments?.[1])}}`;
    }
    if (ts.isTypeReferenceNode(type)) {
      const named = type.typeName.getText().replace('Published', '');
      const name = declared.has(named.slice(1)) && named.startsWith('I') ? named.slice(1) : named;
      const found = declared.get(name);
      return name === 'Duration' || (found && (ts.isClassDeclaration(found) || entryOf(found) !== undefined))
        ? name
        : found && ts.isTypeAliasDeclaration(found)
          ? typeText(found.type)
          : 'any';
    }
    return ['string', 'number', 'boolean'].includes(type.getText()) ? type.getText() : 'any';
  }
}

type Declared =
  ts.ClassDeclaration | ts.EnumDeclaration | ts.FunctionDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** What the model and its targets export, by name. */
function declarations(): Map<string, Declared> {
  const all = new Map<string, Declared>();
  const folders = [
    'checks/templates',
    'openapi',
    'aws',
    'gateway',
    'istio',
    'istio/install',
    'linkerd',
    'linkerd/install',
    'kubernetes',
    'topology/workload',
    'topology',
  ];
  for (const path of folders.flatMap(folder => readdirSync(join(LIBRARY, folder)).map(name => `${folder}/${name}`))) {
    if (path.endsWith('.ts') && !path.endsWith('argument-types.ts')) {
      const text = readFileSync(join(LIBRARY, path), 'utf8');
      ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true).statements.forEach(each => {
        if (
          (ts.isClassDeclaration(each)
            || ts.isEnumDeclaration(each)
            || ts.isInterfaceDeclaration(each)
            || ts.isTypeAliasDeclaration(each)
            || (ts.isFunctionDeclaration(each) && FUNCTIONS.includes(each.name?.text ?? '')))
          && each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
        ) {
          all.set(each.name?.text ?? '', each);
        }
      });
    }
  }
  return all;
}

if (require.main === module) {
  const [, , file = ''] = process.argv;
  const types = argumentTypes();
  writeFileSync(file, file.endsWith('.js') ? `exports.ARGUMENT_TYPES = ${JSON.stringify(types)};\n` : types);
}
