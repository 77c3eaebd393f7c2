import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';

/**
 * Writes a report of the public API for each entry point in package.json, from the declarations in build/. With --check
 * nothing is written: a report that differs fails. A public member without a docstring fails in both cases.
 */
const reports = dirname(fileURLToPath(import.meta.url));
const root = dirname(reports);
const isCheck = process.argv.includes('--check');

const reportTempFolder = mkdtempSync(join(tmpdir(), 'cardinal-api-'));
process.on('exit', () => rmSync(reportTempFolder, { recursive: true, force: true }));

const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const configs = Object.entries(exports).flatMap(([path, { types }]) =>
  types ? [configOf(path === '.' ? name : basename(path), join(root, types))] : [],
);
const compilerState = CompilerState.create(configs[0], {
  additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
});

const undocumented = new Set();
const changed = configs.flatMap(config => {
  const { apiReportChanged } = Extractor.invoke(config, { compilerState, localBuild: !isCheck, messageCallback });
  return apiReportChanged ? [config.reportFilePath.slice(root.length + 1)] : [];
});

if (undocumented.size > 0) {
  fail(`Public members without a docstring:\n  ${[...undocumented].sort().join('\n  ')}`);
}
if (isCheck && changed.length > 0) {
  fail(
    `The public API differs from ${changed.join(', ')}. `
      + 'If that is intended, run `npm run api` and commit the result.',
  );
}

function configOf(reportFileName, mainEntryPointFilePath) {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath,
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: { enabled: true, reportFileName, reportFolder: reports, reportTempFolder },
      messages: {
        extractorMessageReporting: { 'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true } },
      },
    },
    packageJsonFullPath: join(root, 'package.json'),
  });
}

function messageCallback(message) {
  message.handled = true;
  if (message.messageId === 'ae-undocumented') {
    undocumented.add(message.formatMessageWithLocation(root));
  }
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
