import { App, Stack, Validations } from 'aws-cdk-lib';
import { IpAddresses, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CachedCloudFormationValidatePlugin, HttpApiEdge } from '../lib/aws';
import { shop } from './boutique';
import { FRONT_CIDRS, VPC_CIDR } from './network';

const app = new App();
Validations.of(app).addPlugins(new CachedCloudFormationValidatePlugin());
const stack = new Stack(app, 'Boutique', { description: 'The API in front of the Online Boutique' });
const vpc = new Vpc(stack, 'Vpc', {
  ipAddresses: IpAddresses.cidr(VPC_CIDR),
  maxAzs: FRONT_CIDRS.length,
  natGateways: 1,
  // The subnets have the order of their addresses.
  subnetConfiguration: [
    { name: 'Front', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 20 },
    { name: 'Pods', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 18 },
  ],
});
new HttpApiEdge(stack, 'Shop', { edge: shop, vpc, loadBalancerSubnets: { subnetGroupName: 'Front' } });
app.synth();
