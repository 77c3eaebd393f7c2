import assert from 'node:assert/strict';
import { Cluster } from '../../lib/manifests';
import type { KubeObject } from '../api';
import { ArgoRollouts } from '../argo-rollouts';
import { claim, NIGHTLY } from '../claims';
import { Flux, readinessOf } from '../flux';
import { Journal } from '../gitops/journal';
import { commitsBetween, NAMESPACE, Pier, ROLLOUT, rolloutCluster } from '../gitops/topologies';
import type { Lab } from '../lab';
import { until } from '../wait';

const WAVES = ['types', 'configuration', 'policies', 'workloads', 'routes'] as const;
type Wave = (typeof WAVES)[number];

const FIRST = new Pier({ version: 'v1', path: '/first' });
const SECOND = new Pier({ version: 'v2', path: '/second' });
const BROKEN = new Pier({ version: 'v2', path: '/second', timeout: 7, isBroken: true });

/** The objects by which the time of a wave is known. */
const OBJECTS: Readonly<Record<Wave, readonly string[]>> = {
  types: [`Namespace ${NAMESPACE}`],
  configuration: ['Gateway api'],
  policies: ['AuthorizationPolicy payment'],
  workloads: ['Deployment payment-v1', 'Deployment checkout-v1'],
  routes: ['VirtualService payment'],
};

const ROUTES = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices/payment`;
const POLICIES = `/apis/security.istio.io/v1/namespaces/${NAMESPACE}/authorizationpolicies/payment`;

const specAt = async ({ plane: { api } }: Lab, path: string) =>
  JSON.stringify((await api.get<KubeObject & { spec: object }>(path)).spec);

let started: Promise<Flux> | undefined;
const fluxOf = (lab: Lab) => (started ??= Flux.start(lab));

// The controllers take minutes to build.
if (NIGHTLY) {
  claim(
    'Flux applies a topology from a git repository, each Kustomization once the one before is healthy',
    async lab => {
      const flux = await fluxOf(lab);
      const journal = Journal.of(lab);
      const revision = flux.begin(FIRST.commitsFrom(new Cluster([])).at(-1) ?? assert.fail());
      await flux.isReadyAt(revision);
      const world = FIRST.world(lab);
      await world.isReady();
      assert.equal((await world.sendOnce(FIRST.checkout, FIRST.payment, { path: '/kept' })).status, 200);
      assert.equal((await world.requestGateway(FIRST.edge, { path: '/' })).status, 200);

      WAVES.forEach((wave, index) => {
        const created = OBJECTS[wave].map(each => journal.at(each));
        const before = WAVES[index - 1];
        if (before) {
          assert.ok(Math.min(...created) > journal.at(`Kustomization ${before} Ready`), `${wave} after ${before}`);
        }
      });
      assert.ok(journal.at('Gateway api Programmed') < journal.at('Kustomization configuration Ready'));
      for (const each of OBJECTS.workloads) {
        assert.ok(journal.at(`${each} Available`) < journal.at('Kustomization workloads Ready'), each);
      }
    },
  );

  claim('the commits of a plan lose no request, and Flux deletes what is gone', async lab => {
    const flux = await fluxOf(lab);
    const world = FIRST.world(lab);
    const commits = SECOND.commitsFrom(FIRST.cluster);
    assert.equal(commits.length, 3);
    const replies = await world.sendWhile(
      FIRST.checkout,
      FIRST.payment,
      async () => {
        for (const files of commits) {
          await flux.isReadyAt(await flux.commit(files));
          await world.configSynced();
        }
      },
      { path: '/kept' },
    );
    const lost = replies.filter(({ status }) => status !== 200).map(({ status, text }) => `${status} ${text}`);
    assert.deepEqual([...new Set(lost)], [], `${lost.length} of ${replies.length}`);
    assert.deepEqual(new Set(replies.map(each => each.from?.version)), new Set(['v1', 'v2']));
    const deployments = await lab.plane.api.list(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`);
    assert.deepEqual(
      deployments.map(({ metadata: { name } }) => name).filter(each => each.startsWith('payment')),
      ['payment-idle', 'payment-v2'],
    );
    assert.equal((await world.sendOnce(FIRST.checkout, FIRST.payment, { path: '/second' })).status, 200);
    assert.equal((await world.sendOnce(FIRST.checkout, FIRST.payment, { path: '/first' })).status, 403);
    console.log(`      0 of ${replies.length} requests were lost`);
  });

  claim('a commit whose pods never get ready ends before its routes, and its revert restores the state', async lab => {
    const flux = await fluxOf(lab);
    const world = SECOND.world(lab);
    const [pods, routes] = [world.pods(SECOND.payment).map(({ name }) => name), await specAt(lab, ROUTES)];
    const replies = await world.sendWhile(
      SECOND.checkout,
      SECOND.payment,
      async () => {
        const revision = await flux.commit(BROKEN.commitsFrom(SECOND.cluster).at(-1) ?? assert.fail());
        await until('Flux waits for the pods', async () => {
          const all = await flux.kustomizations();
          const [workloads, last] = ['workloads', 'routes'].map(name => all.find(each => each.metadata.name === name));
          return (
            workloads?.status?.lastAttemptedRevision === revision
            && readinessOf(workloads)?.status !== 'True'
            && last !== undefined
            && readinessOf(last)?.reason === 'DependencyNotReady'
          );
        });
        await until('the pod that never gets ready runs', () => world.pods(SECOND.payment).length > pods.length);
        assert.equal(await specAt(lab, ROUTES), routes, 'routes are those of before');
        await flux.isReadyAt(await flux.revert());
      },
      { path: '/kept' },
    );
    assert.deepEqual(
      replies.filter(({ status }) => status !== 200),
      [],
    );
    assert.deepEqual(new Set(replies.map(each => each.from?.pod)), new Set(pods));
    assert.equal(await specAt(lab, ROUTES), routes);
    await until('the pod is gone', () => world.pods(SECOND.payment).length === pods.length);
  });

  claim('Flux restores what was deleted and what was edited in the cluster', async lab => {
    const flux = await fluxOf(lab);
    const { api } = lab.plane;
    const [routes, policy] = [await specAt(lab, ROUTES), await specAt(lab, POLICIES)];
    await api.delete(ROUTES);
    // Nothing of the callee is denied any longer.
    lab.plane.kubectl(
      ...['patch', '--namespace', NAMESPACE, 'authorizationpolicy/payment', '--type=merge'],
      ...['--patch', JSON.stringify({ spec: { rules: [{}] } })],
    );
    assert.notEqual(await specAt(lab, POLICIES), policy);
    await flux.reconcile('policies', 'drift');
    await flux.reconcile('routes', 'drift');
    await until('the policy is restored', async () => (await specAt(lab, POLICIES)) === policy);
    await until('the route is restored', async () => (await specAt(lab, ROUTES)) === routes);
  });

  claim('Flux waits until a Rollout is healthy, and deletes the topology that a commit no longer has', async lab => {
    const flux = await fluxOf(lab);
    const { api } = lab.plane;
    lab.installPrometheusOperator();
    await ArgoRollouts.install(lab);
    const commit = commitsBetween(new Cluster([]), rolloutCluster()).at(-1) ?? assert.fail();
    const revision = await flux.commit(commit);
    const rollout = `/apis/argoproj.io/v1alpha1/namespaces/${ROLLOUT}/rollouts/payment-v1`;
    // Its controller does not run.
    const setPhase = (phase: string) =>
      until('the Rollout is there', () =>
        api.patch<KubeObject>(`${rollout}/status`, { status: { phase, observedGeneration: '1' } }),
      );
    await setPhase('Progressing');
    await until('Flux waits for the Rollout', async () => {
      const all = await flux.kustomizations();
      const workloads = all.find(({ metadata }) => metadata.name === 'workloads');
      return workloads?.status?.conditions?.some(
        ({ type, status, message }) => type === 'Healthy' && status === 'Unknown' && message.includes(revision),
      );
    });
    await setPhase('Healthy');
    await flux.isReadyAt(revision);
    // The gateway of an edge serves for a while after its deletion, and then drains.
    const gone = (name: string) =>
      until(
        `${name} is gone`,
        async () => (await api.list('/api/v1/namespaces')).every(({ metadata }) => metadata.name !== name),
        240,
      );
    await gone(NAMESPACE);
    await flux.remove();
    await gone(ROLLOUT);
  });
}
