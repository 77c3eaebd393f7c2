import { claim } from '../claims';
import { AmbientMessenger, ambientConfiguration, ambientObjects, ambientRequest } from '../simulation/ambient';
import { compareGenerated } from '../simulation/comparison';
import { configuration } from '../simulation/configurations';
import { trialRequest } from '../simulation/requests';
import { Trials } from '../simulation/trial';

claim('generated configurations route generated requests as the simulator predicts', async lab => {
  const trials = await Trials.start(lab);
  await compareGenerated(lab, trials, configuration, trialRequest);
  await trials.end();
});

claim('generated routes and policies at waypoints have the results that the simulator predicts', async lab => {
  const trials = await Trials.start(lab, ambientObjects(), new AmbientMessenger(lab));
  await compareGenerated(lab, trials, ambientConfiguration, ambientRequest);
  await trials.end();
});
