import { checkArguments } from '../topology';
import { ClusterDns } from './cluster-dns';
import { EdgeGateway } from './edge-gateway';
import { Target } from './target';
import { TraceTag } from './trace-tag';
import { Tracing } from './tracing';

checkArguments({ ClusterDns, EdgeGateway, Target, TraceTag, Tracing });
