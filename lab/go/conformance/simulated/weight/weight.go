//go:build simulated

package weight

import "cardinal/lab/conformance/simulator"

func TestWeightedDistribution(sender RequestSender, expectedWeights map[string]float64) error {
	return judged(originalTestWeightedDistribution(sender, expectedWeights))
}

func TestWeightedDistributionBatch(sender BatchRequestSender, expectedWeights map[string]float64) error {
	return judged(originalTestWeightedDistributionBatch(sender, expectedWeights))
}

func judged(err error) error {
	if err != nil {
		simulator.Note(err.Error())
	}
	simulator.Judge("", err == nil)
	return nil
}

// AddRandomEntropy adds nothing: the simulator needs no variety.
func AddRandomEntropy(func(string) error) error {
	return nil
}
