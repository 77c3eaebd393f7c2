import { HeaderMatch, Port, type ServiceProps, Topology, type WorkloadProps } from '../lib';

/** The rules that Istio's documentation applies to Bookinfo, one after the other. */
export type BookinfoRules = 'all-v1' | 'jason-v2' | 'half-v3' | 'mirror-v3';

/**
 * Istio's Bookinfo: a product page that shows the details and the reviews of a book, the reviews with the ratings of
 * its readers. The details come from an external service, the ratings from a database outside the mesh.
 */
export function bookinfo(rules: BookinfoRules): Topology {
  const topology = new Topology('bookinfo');
  const image = (name: string) => `docker.io/istio/examples-bookinfo-${name}:1.20.3`;
  const service = (name: string, props: ServiceProps) =>
    topology.addService(name, { port: Port.http(9080), replicas: 1, runAsUser: 1000, ...props });
  const liberty: WorkloadProps = { env: { LOG_DIR: '/tmp/logs' }, writablePaths: ['/tmp', '/opt/ibm/wlp/output'] };

  const productpage = service('productpage', { image: image('productpage-v1'), writablePaths: ['/tmp'] });
  const details = service('details', { image: image('details-v2'), env: { ENABLE_EXTERNAL_BOOK_SERVICE: 'true' } });
  const reviews = service('reviews', {
    ...liberty,
    versions: {
      v1: { image: image('reviews-v1') },
      v2: { image: image('reviews-v2') },
      v3: { image: image('reviews-v3') },
    },
  });
  const ratings = service('ratings', {
    image: image('ratings-v2'),
    env: { MONGO_DB_URL: 'mongodb://mongodb:27017/test' },
  });
  const mongodb = service('mongodb', {
    image: image('mongodb'),
    port: Port.tcp(27017, { name: 'mongo' }),
    runAsUser: 999,
    writablePaths: ['/data/db', '/tmp'],
  });
  const books = topology.addExternalService('books', { host: 'www.googleapis.com', port: Port.tls(443) });

  productpage.calls(details);
  productpage.calls(reviews);
  reviews.calls(ratings);
  ratings.calls(mongodb);
  details.calls(books);

  switch (rules) {
    case 'all-v1':
      reviews.split({ v1: 100 });
      break;
    case 'jason-v2':
      reviews.split({ v1: 100 });
      reviews.routeTo('v2', HeaderMatch.exact('end-user', 'jason'));
      break;
    case 'half-v3':
      reviews.split({ v1: 50, v3: 50 });
      break;
    case 'mirror-v3':
      reviews.split({ v1: 100 });
      reviews.mirrorTo('v3', 100);
      break;
  }

  const gateway = topology.addEdge('gateway', { host: 'bookinfo.example', tlsSecret: 'bookinfo-tls' });
  for (const page of [
    'GET /productpage',
    'GET /static/{file+}',
    'POST /login',
    'GET /logout',
    'GET /api/v1/products',
    'GET /api/v1/products/{path+}',
  ]) {
    gateway.route(page, productpage);
  }
  return topology;
}
