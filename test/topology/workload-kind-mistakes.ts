import { Duration } from 'cdk8s';
import {
  type CronJobProps,
  HeaderMatch,
  type JobProps,
  Port,
  type Service,
  type ServiceProps,
  Topology,
  type VolumeClaimTemplate,
  WorkloadKind,
} from '../../lib';

type Row = [string, string, string[], () => unknown];

const add = (workload: WorkloadKind, props: ServiceProps = {}, name = 'cart'): Service =>
  new Topology('shop').addService(name, { image: 'example/cart:1', workload, ...props });
const port = Port.http(80);
const job = (props: JobProps) => () => add(WorkloadKind.job(props));
const cron = (props: Partial<CronJobProps>) => () => add(WorkloadKind.cronJob({ schedule: '@daily', ...props }));
const data = { name: 'data', mountPath: '/data', storage: '10Gi' };
const claims =
  (...volumeClaimTemplates: VolumeClaimTemplate[]) =>
  () =>
    add(WorkloadKind.statefulSet({ volumeClaimTemplates }), { writablePaths: ['/tmp'] });

const KINDS: [string, WorkloadKind][] = [
  ['StatefulSet', WorkloadKind.statefulSet()],
  ['DaemonSet', WorkloadKind.daemonSet()],
  ['Job', WorkloadKind.job()],
  ['CronJob', WorkloadKind.cronJob({ schedule: '0 3 * * *' })],
];

/** What no workload of a kind can have. */
export const WORKLOAD_KIND_MISTAKES: Row[] = [
  ...KINDS.flatMap(([name, kind]): Row[] => [
    [
      `two versions of a ${name}`,
      'Contradiction',
      [`A ${name} has one version`, 'v1, v2'],
      () => add(kind, { versions: { v1: {}, v2: {} } }),
    ],
    [
      `a ${name} of pods that exist already`,
      'Contradiction',
      ['exist already', name],
      () =>
        new Topology('shop').addService('cart', {
          workload: kind,
          existingWorkload: { labels: { app: 'cart' }, serviceAccount: 'cart' },
        }),
    ],
  ]),
  ...KINDS.slice(1).flatMap(([name, kind]): Row[] => [
    [`replicas of a ${name}`, 'Contradiction', [`A ${name} has no replicas`], () => add(kind, { replicas: 2 })],
    [
      `replicas of the version of a ${name}`,
      'Contradiction',
      ['so replicas would'],
      () => add(kind, { versions: { v1: { replicas: 2 } } }),
    ],
    [
      `autoscaling of a ${name}`,
      'Contradiction',
      ['so autoscaling would'],
      () => add(kind, { autoscaling: { min: 1, max: 2 }, resources: { cpu: '1' } }),
    ],
  ]),
  ...KINDS.slice(2).flatMap(([name, kind]): Row[] => [
    [`a ${name} with a port`, 'Contradiction', ['run to completion'], () => add(kind, { port })],
    [`a ${name} with further ports`, 'Contradiction', ['run to completion'], () => add(kind, { ports: [port] })],
  ]),
  ...KINDS.slice(0, 2).flatMap(([name, kind]): Row[] => [
    [
      `a split among versions of a ${name}`,
      'NoEffect',
      [`A ${name} has one version`, 'split'],
      () => add(kind, { port }).split({ v1: 100 }),
    ],
    [
      `a header route to a version of a ${name}`,
      'NoEffect',
      ['routeTo'],
      () => add(kind, { port }).routeTo('v1', HeaderMatch.exact('x-a', 'b')),
    ],
    [`a mirror to a version of a ${name}`, 'NoEffect', ['mirrorTo'], () => add(kind, { port }).mirrorTo('v1')],
  ]),
  ...['StatefulSet', 'CronJob'].map((name): Row => [
    `a ${name} whose name is too long for its controller`,
    'InvalidName',
    ['53 characters', 'at most 52'],
    () => add(KINDS.find(([each]) => each === name)?.[1] ?? WorkloadKind.job(), {}, 'a'.repeat(53)),
  ]),
  [
    'a kind that is no WorkloadKind',
    'NotDeclared',
    ['the text "StatefulSet"', 'WorkloadKind'],
    () => add('StatefulSet' as never),
  ],
  [
    'a headless Service that no Service can be',
    'InvalidName',
    ['"Kafka"'],
    () =>
      new Topology('shop').addService('kafka', {
        existingWorkload: { labels: { app: 'kafka' }, serviceAccount: 'kafka', headlessService: 'Kafka' },
      }),
  ],
  [
    'the host name of a pod of a Deployment',
    'NoPodNames',
    ['only those of a StatefulSet'],
    () => add(WorkloadKind.deployment(), { port }).podHostNameIn('shop', 0),
  ],
  [
    'the host name of a pod that is declared elsewhere',
    'NoPodNames',
    ['POD.brokers.NAMESPACE'],
    () =>
      new Topology('shop')
        .addService('kafka', {
          existingWorkload: { labels: { app: 'kafka' }, serviceAccount: 'kafka', headlessService: 'brokers' },
        })
        .podHostNameIn('shop', 0),
  ],
  [
    'the host name of a pod beyond the replicas',
    'OutOfRange',
    ['The ordinal of the pod is 3', 'from 0 to 2'],
    () => add(WorkloadKind.statefulSet(), { port, replicas: 3 }).podHostNameIn('shop', 3),
  ],

  ...['10', '10G i', '-1Gi', 'ten', '', '0Gi'].map((storage): Row => [
    `a volume claim of ${JSON.stringify(storage)}`,
    'InvalidQuantity',
    ['"data"', '10Gi'],
    claims({ ...data, storage }),
  ]),
  ['a volume claim with a name that is no label', 'InvalidName', ['"My.Data"'], claims({ ...data, name: 'My.Data' })],
  [
    'a volume claim of an invalid StorageClass',
    'InvalidName',
    ['"Fast SSD"'],
    claims({ ...data, storageClassName: 'Fast SSD' }),
  ],
  ...['data', '/', '/a:b'].map((mountPath): Row => [
    `a volume claim that is mounted at ${mountPath}`,
    'InvalidPath',
    [`"${mountPath}"`],
    claims({ ...data, mountPath }),
  ]),
  ['a volume claim without access modes', 'Contradiction', ['no access mode'], claims({ ...data, accessModes: [] })],
  ['two volume claims of one name', 'Contradiction', ['named "data"'], claims(data, { ...data, mountPath: '/other' })],
  [
    'two volume claims in one directory',
    'Contradiction',
    ['mounted at "/data"'],
    claims(data, { ...data, name: 'other' }),
  ],
  [
    'a volume claim in a writable directory',
    'Contradiction',
    ['mounted at "/tmp"'],
    claims({ ...data, mountPath: '/tmp' }),
  ],

  ['no completions', 'OutOfRange', ['completions is 0'], job({ completions: 0 })],
  ['a negative parallelism', 'OutOfRange', ['parallelism is -1'], job({ parallelism: -1 })],
  ['half a retry of a Job', 'OutOfRange', ['backoffLimit is 0.5'], job({ backoffLimit: 0.5 })],
  [
    'a Job without time',
    'OutOfRange',
    ['activeDeadline in seconds is 0'],
    job({ activeDeadline: Duration.seconds(0) }),
  ],
  [
    'a deadline of half a second',
    'OutOfRange',
    ['activeDeadline in seconds is 1.5'],
    job({ activeDeadline: Duration.millis(1500) }),
  ],
  [
    'a number of seconds until a Job is deleted',
    'NoDuration',
    ['`ttlAfterFinished` is 60'],
    job({ ttlAfterFinished: 60 as never }),
  ],
  [
    'a starting deadline that the controller would miss',
    'OutOfRange',
    ['startingDeadline in seconds is 9'],
    cron({ startingDeadline: Duration.seconds(9) }),
  ],
  [
    'a negative number of kept Jobs',
    'OutOfRange',
    ['failedJobsHistoryLimit is -1'],
    cron({ failedJobsHistoryLimit: -1 }),
  ],
  ['half a kept Job', 'OutOfRange', ['successfulJobsHistoryLimit is 0.5'], cron({ successfulJobsHistoryLimit: 0.5 })],
  ...[
    ['60 * * * *', 'the minute cannot be "60"'],
    ['* 24 * * *', 'the hour cannot be "24"'],
    ['* * 0 * *', 'the day of the month cannot be "0"'],
    ['* * * 13 *', 'the month cannot be "13"'],
    ['* * * * 7', 'the day of the week cannot be "7"'],
    ['*/0 * * * *', 'the minute cannot be "*/0"'],
    ['5-1 * * * *', 'the minute cannot be "5-1"'],
    ['1-2-3 * * * *', 'the minute cannot be "1-2-3"'],
    ['1/2/3 * * * *', 'the minute cannot be "1/2/3"'],
    ['1, * * * *', 'the minute cannot be "1,"'],
    ['1.5 * * * *', 'the minute cannot be "1.5"'],
    ['* * * * mo', 'the day of the week cannot be "mo"'],
    ['* * * *', 'is not a schedule'],
    ['0 0 3 * * *', 'is not a schedule'],
    ['', 'is not a schedule'],
    ['@never', 'is not a schedule'],
    ['@every', 'is not a schedule'],
    ['@every 5', 'is not a schedule'],
    ['TZ=Europe/Berlin 0 3 * * *', 'is not a schedule'],
  ].map(([schedule = '', text = '']): Row => [
    `the schedule ${JSON.stringify(schedule)}`,
    'InvalidSchedule',
    [text],
    cron({ schedule }),
  ]),
  ...['Mars/Olympus', 'europe/berlin', 'Local', '', '+02:00'].map((timeZone): Row => [
    `the time zone ${JSON.stringify(timeZone)}`,
    'InvalidSchedule',
    [`"${timeZone}"`, 'Europe/Berlin'],
    cron({ timeZone }),
  ]),
];
