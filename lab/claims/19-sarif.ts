import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';
import { checkManifests, toSarif } from '../../lib/checks';
import { Cluster, loadResources } from '../../lib/manifests';
import { EXAMPLES } from '../../test/checks/manifests/examples';
import { claim } from '../claims';

claim('what is found in the examples of checks is SARIF as its schema requires', lab => {
  const source = readFileSync(
    join(lab.tools.module('github.com/owenrumney/go-sarif/v3'), 'pkg/report/v210/sarif/schema.go'),
    'utf8',
  );
  const schema = JSON.parse(source.slice(source.indexOf('`') + 1, source.lastIndexOf('`'))) as object;
  const isValid = new Ajv({ strict: false, validateFormats: false }).compile(schema);

  const logs = EXAMPLES.filter(({ bad }) => !bad.includes('AWS::')).map(({ bad }) =>
    toSarif(
      checkManifests(new Cluster(loadResources(bad, { file: 'example.yaml' })), {
        suppress: { UncoveredWorkload: 'an example' },
      }),
    ),
  );

  assert.deepEqual(
    logs.flatMap(log => (isValid(JSON.parse(log)) ? [] : [isValid.errors])),
    [],
  );
  assert.ok(!isValid({ ...(JSON.parse(logs[0] ?? '{}') as object), version: '2.0.0' }), 'and it does demand something');
  return Promise.resolve();
});
