import { checkArguments } from '../topology';
import { LinkerdInstall } from './install/install';

checkArguments({ LinkerdInstall });
