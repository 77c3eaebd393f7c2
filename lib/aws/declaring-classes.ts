import { checkArguments } from '../topology';
import { ObservedApi } from './observed-api';
import { SharedLoadBalancer } from './shared-load-balancer';

checkArguments({ ObservedApi, SharedLoadBalancer });
