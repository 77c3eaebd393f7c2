/** The peers of a NetworkPolicy for a host outside without declared addresses. */
export const NETWORK_POLICY_TO_OUTSIDE = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
    },
  },
  {
    ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128'] },
  },
];
