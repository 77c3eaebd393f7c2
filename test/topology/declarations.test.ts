import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = resolve(__dirname, '../..');

/** The declarations of lib/topology as the package publishes them, in a folder of their own. */
function publishedDeclarations(): string {
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const program = ts.createProgram([join(ROOT, 'lib/topology/index.ts')], {
    ...optionsOf('tsconfig.build.json'),
    outDir: folder,
    declaration: true,
    emitDeclarationOnly: true,
  });
  program.emit();
  return folder;
}

function optionsOf(file: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, file), name => readFileSync(name, 'utf8')) as { config: object };
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
}

const LINES: readonly (readonly [string, string | undefined])[] = [
  ['shop.addService("ok", { image: "ok:1" }).calls(web, { timeout: Duration.seconds(1) });', undefined],
  ['export const kept: cardinal.Service = web;', undefined],
  ['export const isService: boolean = kept instanceof cardinal.Service;', undefined],
  ['new cardinal.Service(shop, "ghost", {});', 'Expected 4 arguments'],
  ['new cardinal.ExternalService(shop, "ghost", { host: "a.example", port });', 'Expected 4 arguments'],
  ['new cardinal.Version(web, "ghost", "ghost:1", {});', 'Expected 5 arguments'],
  ['new cardinal.Call(web, web, {});', 'Expected 4 arguments'],
  ['new cardinal.CircuitBreaker(web, {});', 'Expected 3 arguments'],
  ['new cardinal.Edge(shop, "ghost", { host: "a.example" });', 'Expected 5 arguments'],
  ['new cardinal.Route(door, "GET /", web, {});', 'Expected 5 arguments'],
  ['new cardinal.Aggregate(route, {}, []);', 'Expected 5 arguments'],
  ['new cardinal.Service(Symbol("any"), shop, "ghost", {});', 'is not assignable'],
  ['new cardinal.Service("any", shop, "ghost", {});', 'is not assignable'],
  ['new cardinal.Port("http", 80, {});', 'is private'],
  ['shop.requireOpen("web");', 'does not exist'],
  ['web._admit(call);', 'does not exist'],
];

const HEAD = `
import { Duration } from 'cdk8s';
import * as cardinal from './lib/topology/index.js';
declare const shop: cardinal.Topology, web: cardinal.Service, port: cardinal.Port, door: cardinal.Edge;
declare const route: cardinal.Route, call: cardinal.Call;
`;

describe('the published declarations', () => {
  const file = join(publishedDeclarations(), 'fixture.ts');
  writeFileSync(file, HEAD + LINES.map(([line]) => line).join('\n'));
  const program = ts.createProgram([file], { ...optionsOf('tsconfig.json'), noEmit: true });
  const source = program.getSourceFile(file);
  const problems = program.getSemanticDiagnostics(source).map(({ start = 0, messageText }) => ({
    line: (source?.getLineAndCharacterOfPosition(start).line ?? 0) - HEAD.split('\n').length + 1,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));

  test.each(LINES.map(([line, problem], index) => [line, problem, index] as const))(
    'the compiler reports for `%s`: %s',
    (_line, problem, index) => {
      expect(problems.filter(({ line }) => line === index).map(({ message }) => message)).toEqual(
        problem === undefined ? [] : [expect.stringContaining(problem)],
      );
    },
  );

  test('nothing else in the file is wrong', () => {
    expect(problems.filter(({ line }) => line < 0)).toEqual([]);
  });
});
