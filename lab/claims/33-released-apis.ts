import assert from 'node:assert/strict';
import { servedVersions } from '../../lib/manifests';
import { claim } from '../claims';
import { differencesOfIstio, differencesOfKubernetes } from '../released-apis';

claim('the schemas for each version of Kubernetes have the fields of its API, and no others', async () => {
  const found = servedVersions('Kubernetes').flatMap(each =>
    differencesOfKubernetes(each).map(path => `${each} ${path}`),
  );
  assert.deepEqual(found, []);
});

claim(
  'the schemas for each version of Istio have the fields and values of its definitions, and no others',
  async () => {
    const found = servedVersions('Istio').flatMap(each => differencesOfIstio(each).map(path => `${each} ${path}`));
    assert.deepEqual(found, []);
  },
);
