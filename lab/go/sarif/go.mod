module cardinal/lab/sarif

go 1.26.0

// Has the schema of SARIF, which no npm package has.
require github.com/owenrumney/go-sarif/v3 v3.3.1
