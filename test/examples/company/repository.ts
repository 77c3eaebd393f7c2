import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { Contract, type Topology } from '../../../lib';
import { problemsOf } from '../../support/schemas';
import { Example } from '../support';

/** The tests of the output of one repository. */
export function testRepository(topology: Topology): void {
  const { name } = topology;
  const example = new Example(topology);

  test('every object is valid, and the checks find no error and no warning in its output alone', () => {
    // The schema of cert-manager is not installed.
    expect(problemsOf(example.objects.filter(({ kind }) => kind !== 'Certificate'))).toEqual([]);
    expect(example.problems).toEqual([]);
  });

  test('its objects', () => {
    expect(Yaml.stringify(...example.objects)).toMatchSnapshot();
  });

  test('copies of its contract in other repositories are the one that it publishes', () => {
    const copies = ['platform', 'shop', 'warehouse']
      .map(other => join(__dirname, `../../../examples/company/${other}/contracts/${name}.contract.json`))
      .filter(each => existsSync(each));
    const published = Contract.of(topology).toText();
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.map(each => readFileSync(each, 'utf8'))).toEqual(copies.map(() => published));
  });
}
