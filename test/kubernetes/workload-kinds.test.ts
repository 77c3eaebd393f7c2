import { Duration, Testing } from 'cdk8s';
import { Deployment, EnvValue } from 'cdk8s-plus-27';
import {
  AccessMode,
  ClusterApp,
  ConcurrencyPolicy,
  JobRestartPolicy,
  PodManagementPolicy,
  Port,
  type ServiceProps,
  Topology,
  TopologyChart,
  WorkloadKind,
} from '../../lib';
import { names, one, render, type Rendered } from '../istio/support';
import { problemsOf } from '../support/schemas';

const image = 'example/kafka:1';

/** The objects of one service. */
function alone(workload: WorkloadKind, props: ServiceProps = {}): Rendered[] {
  const topology = new Topology('shop');
  topology.addService('kafka', { image, workload, ...props });
  return Testing.synth(new TopologyChart(new ClusterApp(), 'test', { topology })) as Rendered[];
}

const port = Port.tcp(9092);
const data = { name: 'data', mountPath: '/var/lib/kafka', storage: '10Gi' };
const daily = { schedule: '0 3 * * *' };

test('a StatefulSet has the name of its service, one pod by default, and a headless Service', () => {
  const objects = alone(WorkloadKind.statefulSet(), { port });

  expect(one(objects, 'StatefulSet', 'kafka').spec).toMatchObject({
    replicas: 1,
    serviceName: 'kafka-headless',
    selector: { matchLabels: { app: 'kafka' } },
    template: { metadata: { labels: { app: 'kafka', version: 'v1' } } },
  });
  expect(names(objects, 'Service').sort()).toEqual(['kafka', 'kafka-headless']);
  expect(one(objects, 'StatefulSet', 'kafka').spec.podManagementPolicy).toBeUndefined();
  expect(one(objects, 'StatefulSet', 'kafka').spec.volumeClaimTemplates).toBeUndefined();
});

test('a headless Service resolves pods before they are ready, on the ports of their containers', () => {
  const objects = alone(WorkloadKind.statefulSet(), {
    port: Port.http(80, { target: 8080 }),
    ports: [Port.http(81, { name: 'same', target: 8080 }), port],
  });

  expect(one(objects, 'Service', 'kafka-headless').spec).toEqual({
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    ports: [
      { name: 'http', port: 8080 },
      { name: 'tcp', port: 9092 },
    ],
    selector: { app: 'kafka' },
  });
});

test('a StatefulSet without ports has a headless Service without ports, for the names of its pods', () => {
  const objects = alone(WorkloadKind.statefulSet());

  expect(names(objects, 'Service')).toEqual(['kafka-headless']);
  expect(one(objects, 'Service', 'kafka-headless').spec.ports).toBeUndefined();
});

test('each pod of a StatefulSet mounts its volume claims, beside other volumes', () => {
  const { spec } = one(
    alone(
      WorkloadKind.statefulSet({
        podManagementPolicy: PodManagementPolicy.PARALLEL,
        volumeClaimTemplates: [
          data,
          {
            name: 'log',
            mountPath: '/log',
            storage: '1.5Ti',
            storageClassName: 'gp3',
            accessModes: [AccessMode.READ_WRITE_ONCE_POD],
          },
        ],
      }),
      { writablePaths: ['/tmp'] },
    ),
    'StatefulSet',
    'kafka',
  );

  expect(spec.podManagementPolicy).toBe('Parallel');
  expect(spec.volumeClaimTemplates).toEqual([
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    },
    {
      metadata: { name: 'log' },
      spec: {
        accessModes: ['ReadWriteOncePod'],
        resources: { requests: { storage: '1.5Ti' } },
        storageClassName: 'gp3',
      },
    },
  ]);
  expect(spec.template.spec.containers[0].volumeMounts).toEqual([
    { mountPath: '/tmp', name: 'writable-0' },
    { mountPath: '/var/lib/kafka', name: 'data' },
    { mountPath: '/log', name: 'log' },
  ]);
  expect(spec.template.spec.volumes).toEqual([{ emptyDir: {}, name: 'writable-0' }]);
});

test('a StatefulSet can have an autoscaler, which sets its replicas', () => {
  const objects = alone(WorkloadKind.statefulSet(), {
    port,
    autoscaling: { min: 3, max: 5 },
    resources: { cpu: '1' },
  });

  expect(one(objects, 'HorizontalPodAutoscaler', 'kafka').spec.scaleTargetRef).toEqual({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: 'kafka',
  });
  expect(one(objects, 'StatefulSet', 'kafka').spec.replicas).toBeUndefined();
});

test.each<[string, WorkloadKind, ServiceProps, string[]]>([
  ['a StatefulSet of three', WorkloadKind.statefulSet(), { replicas: 3, port }, ['kafka']],
  ['a StatefulSet of one', WorkloadKind.statefulSet(), { port }, []],
  ['a DaemonSet', WorkloadKind.daemonSet(), { port }, []],
  ['a Job', WorkloadKind.job({ parallelism: 3 }), {}, []],
  ['a CronJob', WorkloadKind.cronJob(daily), {}, []],
])('the disruption budgets of %s', (_name, workload, props, expected) => {
  expect(names(alone(workload, props), 'PodDisruptionBudget')).toEqual(expected);
});

test('a DaemonSet selects its pods, and leaves their number and spread to the nodes', () => {
  const { spec } = one(alone(WorkloadKind.daemonSet(), { port }), 'DaemonSet', 'kafka');

  expect(Object.keys(spec).sort()).toEqual(['selector', 'template']);
  expect(spec.selector).toEqual({ matchLabels: { app: 'kafka' } });
  expect(spec.template.spec.topologySpreadConstraints).toBeUndefined();
});

test('pods of a StatefulSet spread over zones and nodes where they can', () => {
  const { spec } = one(alone(WorkloadKind.statefulSet(), { port }), 'StatefulSet', 'kafka');

  expect(spec.template.spec.topologySpreadConstraints[1]).toEqual({
    labelSelector: { matchLabels: { app: 'kafka' } },
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
  });
});

test('a Job has the defaults of Kubernetes, and pods that are not restarted', () => {
  const objects = alone(WorkloadKind.job());
  const { spec } = one(objects, 'Job', 'kafka');

  expect(names(objects, 'Service')).toEqual([]);
  expect(Object.keys(spec)).toEqual(['template']);
  expect(spec.template.spec.restartPolicy).toBe('Never');
  expect(spec.template.metadata.labels).toMatchObject({ app: 'kafka', version: 'v1' });
});

test('each property of a Job is a field', () => {
  const { spec } = one(
    alone(
      WorkloadKind.job({
        completions: 4,
        parallelism: 2,
        backoffLimit: 0,
        activeDeadline: Duration.minutes(10),
        ttlAfterFinished: Duration.hours(1),
        restartPolicy: JobRestartPolicy.ON_FAILURE,
      }),
    ),
    'Job',
    'kafka',
  );

  expect(spec).toMatchObject({
    completions: 4,
    parallelism: 2,
    backoffLimit: 0,
    activeDeadlineSeconds: 600,
    ttlSecondsAfterFinished: 3600,
    template: { spec: { restartPolicy: 'OnFailure' } },
  });
});

test('a CronJob has the defaults of Kubernetes', () => {
  const { spec } = one(alone(WorkloadKind.cronJob(daily)), 'CronJob', 'kafka');

  expect(Object.keys(spec).sort()).toEqual(['jobTemplate', 'schedule']);
  expect(Object.keys(spec.jobTemplate.spec)).toEqual(['template']);
});

test('each property of a CronJob is a field, and those of its Jobs are in the template', () => {
  const { spec } = one(
    alone(
      WorkloadKind.cronJob({
        schedule: '*/15 0-6,22 ? JAN-mar Mon',
        timeZone: 'Europe/Berlin',
        concurrencyPolicy: ConcurrencyPolicy.FORBID,
        startingDeadline: Duration.minutes(1),
        suspend: true,
        successfulJobsHistoryLimit: 0,
        failedJobsHistoryLimit: 5,
        backoffLimit: 1,
      }),
    ),
    'CronJob',
    'kafka',
  );

  expect(spec).toMatchObject({
    schedule: '*/15 0-6,22 ? JAN-mar Mon',
    timeZone: 'Europe/Berlin',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 60,
    suspend: true,
    successfulJobsHistoryLimit: 0,
    failedJobsHistoryLimit: 5,
    jobTemplate: { spec: { backoffLimit: 1 } },
  });
});

test.each(['@daily', '@every 1h30m', '0 0 1 1 0', '5/10 * * * *', '* * * dec sun-sat'])(
  'the schedule %s is one that the API server accepts',
  schedule => {
    expect(one(alone(WorkloadKind.cronJob({ schedule })), 'CronJob', 'kafka').spec.schedule).toBe(schedule);
  },
);

test.each<[string, WorkloadKind, (object: Rendered) => unknown]>([
  ['StatefulSet', WorkloadKind.statefulSet(), ({ spec }) => spec.template.spec],
  ['DaemonSet', WorkloadKind.daemonSet(), ({ spec }) => spec.template.spec],
  ['Job', WorkloadKind.job(), ({ spec }) => spec.template.spec],
  ['CronJob', WorkloadKind.cronJob(daily), ({ spec }) => spec.jobTemplate.spec.template.spec],
])(
  'pods of a %s run without root, without privileges and with a ServiceAccount of their own',
  (kind, workload, pod) => {
    expect(pod(one(alone(workload), kind, 'kafka'))).toMatchObject({
      serviceAccountName: 'kafka',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'kafka', image, securityContext: { capabilities: { drop: ['ALL'] } } }],
    });
  },
);

test('the proxy of a Job or CronJob is a native sidecar, which ends with its containers; that of others is not', () => {
  const topology = new Topology('shop');
  const kinds = { job: WorkloadKind.job(), cron: WorkloadKind.cronJob(daily), set: WorkloadKind.statefulSet() };
  Object.entries(kinds).forEach(([name, workload]) => topology.addService(name, { image, workload }));
  topology.addService('outside', { image, workload: WorkloadKind.job(), inMesh: false });
  const objects = render(topology);
  const native = { 'sidecar.istio.io/nativeSidecar': 'true' };

  expect(one(objects, 'Job', 'job').spec.template.metadata.annotations).toEqual(native);
  expect(one(objects, 'CronJob', 'cron').spec.jobTemplate.spec.template.metadata.annotations).toEqual(native);
  expect(one(objects, 'StatefulSet', 'set').spec.template.metadata.annotations).toBeUndefined();
  expect(one(objects, 'Job', 'outside').spec.template.metadata.annotations).toBeUndefined();
});

test('the chart returns the object of any kind, for changes with cdk8s-plus', () => {
  const topology = new Topology('shop');
  const kafka = topology.addService('kafka', { image, port, workload: WorkloadKind.statefulSet() });
  const web = topology.addService('web', { image });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology });
  chart.workload(kafka).containers[0]?.env.addVariable('A', EnvValue.fromValue('b'));

  expect(one(Testing.synth(chart) as Rendered[], 'StatefulSet', 'kafka').spec.template.spec.containers[0].env).toEqual([
    { name: 'A', value: 'b' },
  ]);
  expect(chart.workload(web)).toBeInstanceOf(Deployment);
  expect(chart.deployment(web)).toBe(chart.workload(web));
  expect(() => chart.deployment(kafka)).toThrow('kafka is a StatefulSet');
});

test('objects of every kind are valid by the schemas of Kubernetes', () => {
  const kinds = [
    WorkloadKind.statefulSet({ volumeClaimTemplates: [data], podManagementPolicy: PodManagementPolicy.PARALLEL }),
    WorkloadKind.daemonSet(),
    WorkloadKind.job({ completions: 2, activeDeadline: Duration.minutes(1) }),
    WorkloadKind.cronJob({ ...daily, timeZone: 'Etc/UTC', startingDeadline: Duration.minutes(1) }),
  ];

  expect(problemsOf(kinds.flatMap(each => alone(each)))).toEqual([]);
});
