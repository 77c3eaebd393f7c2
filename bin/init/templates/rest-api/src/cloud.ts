import { App, Stack } from 'aws-cdk-lib';
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { RestApiEdge } from 'cdk8s-cardinal/aws';
import { edge } from './model';
import { VPC_CIDR } from './network';

const app = new App();
const stack = new Stack(app, 'Shop', { description: 'The API in front of the shop' });
const vpc = new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr(VPC_CIDR), maxAzs: 2, natGateways: 1 });
new RestApiEdge(stack, 'Api', { edge, vpc });
app.synth();
