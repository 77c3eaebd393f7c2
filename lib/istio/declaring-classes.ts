import { checkArguments } from '../topology';
import { AccessLog } from './access-log';
import { Install } from './install/install';

checkArguments({ AccessLog, Install });
