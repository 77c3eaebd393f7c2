import { Duration } from 'cdk8s';
import { ConcurrencyPolicy, EnvValue, Health, HeaderMatch, Operation, PodManagementPolicy } from '../../../lib';
import { Port, WorkloadKind } from '../../../lib';
import { databaseUrl, image, passwordOf, platform, postgres, service, shop, warehouse } from './topology';

const kafka = platform.service('kafka');
// The web front end retries, so that its callees need not.
const briefly = { timeout: Duration.millis(400) };

const catalogDb = postgres('catalog-db', '100Gi');
export const catalog = service('catalog', {
  port: Port.grpc(50051, { service: 'northgate.Catalog', methods: ['GetArticle', 'ListArticles', 'PutArticle'] }),
  health: Health.grpc(),
  autoscaling: { min: 3, max: 20 },
  env: passwordOf('catalog-db'),
});
catalog.calls(catalogDb, databaseUrl);
catalog.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
const stock = warehouse.service('stock');
catalog.calls(stock, { addressEnvVar: 'STOCK_ADDR', allowedOperations: stock.methods('Availability'), ...briefly });

/** Prices; the second version computes them per region. */
export const pricing = service('pricing', {
  port: Port.grpc(50051, { service: 'northgate.Pricing', methods: ['Price', 'PriceCart'] }),
  health: Health.grpc(),
  versions: { v1: {}, v2: { image: image('pricing-regional'), env: { REGIONS: 'de,at,ch' } } },
});
pricing.split({ v1: 95, v2: 5 });
pricing.routeTo('v2', HeaderMatch.exact('x-pricing', 'regional'));
pricing.calls(catalog, {
  addressEnvVar: 'CATALOG_ADDR',
  allowedOperations: catalog.methods('GetArticle', 'ListArticles'),
  ...briefly,
});

/** Three nodes that find each other over their transport port. */
const searchIndex = shop.addService('search-index', {
  image: 'opensearchproject/opensearch:3.2.0',
  port: Port.http(9200),
  ports: [Port.tcp(9300, { name: 'transport' })],
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [
      { name: 'data', mountPath: '/usr/share/opensearch/data', storage: '100Gi', storageClassName: 'ssd' },
    ],
    podManagementPolicy: PodManagementPolicy.PARALLEL,
  }),
  replicas: 3,
  runAsUser: 1000,
  pod: { securityContext: { fsGroup: 1000 } },
  securityContext: { readOnlyRootFilesystem: false },
  resources: { cpu: '1', memory: '4Gi', memoryLimit: '4Gi' },
  env: {
    'node.name': EnvValue.fromField('metadata.name'),
    'cluster.name': 'search',
    'network.host': '0.0.0.0',
    'discovery.seed_hosts': 'search-index-headless',
    'cluster.initial_cluster_manager_nodes': 'search-index-0,search-index-1,search-index-2',
    OPENSEARCH_JAVA_OPTS: '-Xms2g -Xmx2g',
    DISABLE_SECURITY_PLUGIN: 'true',
    DISABLE_INSTALL_DEMO_CONFIG: 'true',
  },
  health: Health.http('/_cluster/health?local=true'),
});
searchIndex.calls(searchIndex, { port: 9300 });

export const search = service('search', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  autoscaling: { min: 2, max: 10 },
});
search.calls(searchIndex, {
  addressEnvVars: { INDEX_URL: 'http://{host}:{port}' },
  allowedOperations: [Operation.http('POST /articles/_search'), Operation.http('GET /articles/_doc/{article}')],
  timeout: Duration.millis(700),
});

/** Writes changes of articles, which it reads from Kafka, into the index. */
const indexer = service('search-indexer', { replicas: 1 });
indexer.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
indexer.calls(catalog, {
  addressEnvVar: 'CATALOG_ADDR',
  allowedOperations: catalog.methods('ListArticles'),
  timeout: Duration.seconds(30),
});
indexer.calls(searchIndex, { addressEnvVars: { INDEX_URL: 'http://{host}:{port}' }, timeout: Duration.seconds(30) });

/** A replica set of three members. */
const reviewsDb = shop.addService('reviews-db', {
  image: 'mongo:8.0.13',
  port: Port.tcp(27017, { name: 'mongo' }),
  workload: WorkloadKind.statefulSet({
    volumeClaimTemplates: [{ name: 'data', mountPath: '/data/db', storage: '50Gi', storageClassName: 'ssd' }],
  }),
  replicas: 3,
  runAsUser: 999,
  pod: { securityContext: { fsGroup: 999 } },
  writablePaths: ['/data/configdb', '/tmp'],
  args: ['--replSet', 'reviews', '--bind_ip_all'],
  resources: { cpu: '500m', memory: '1Gi', memoryLimit: '2Gi' },
});
reviewsDb.calls(reviewsDb);
export const reviews = service('reviews', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  env: { MONGO_PASSWORD: EnvValue.fromSecret('reviews-db', 'password') },
});
const members = [0, 1, 2].map(each => `${reviewsDb.podHostNameIn('shop', each)}:27017`);
reviews.calls(reviewsDb, {
  addressEnvVars: { MONGO_URL: `mongodb://reviews:$(MONGO_PASSWORD)@${members.join(',')}/reviews?replicaSet=reviews` },
});

export const recommendations = service('recommendations', {
  port: Port.grpc(50051, { service: 'northgate.Recommendations', methods: ['ForArticle', 'ForCustomer'] }),
  health: Health.grpc(),
  resources: { cpu: '500m', memory: '2Gi', memoryLimit: '2Gi' },
});
recommendations.calls(kafka, { addressEnvVar: 'KAFKA_BOOTSTRAP' });
recommendations.calls(catalog, {
  addressEnvVar: 'CATALOG_ADDR',
  allowedOperations: catalog.methods('GetArticle'),
  ...briefly,
});

/** The map of all pages for search engines, which the web front end serves from a shared volume. */
const sitemap = service('sitemap', {
  podMetadata: {},
  workload: WorkloadKind.cronJob({ schedule: '0 4 * * *', concurrencyPolicy: ConcurrencyPolicy.FORBID }),
});
sitemap.calls(catalog, {
  addressEnvVar: 'CATALOG_ADDR',
  allowedOperations: catalog.methods('ListArticles'),
  timeout: Duration.seconds(30),
});

/** Images of articles, resized on demand. */
export const images = service('images', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  autoscaling: { min: 2, max: 8 },
  writablePaths: ['/var/cache/images'],
});
