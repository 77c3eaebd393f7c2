import { App, Stack } from 'aws-cdk-lib';
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { HttpApiEdge } from '../lib/aws';
import { shop } from './boutique';
import { VPC_CIDR } from './network';

const app = new App();
const stack = new Stack(app, 'Boutique', { description: 'The API in front of the Online Boutique' });
const vpc = new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr(VPC_CIDR), maxAzs: 2, natGateways: 1 });
new HttpApiEdge(stack, 'Shop', { edge: shop, vpc });
app.synth();
