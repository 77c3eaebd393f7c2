module cardinal/lab/prometheus-operator

go 1.26.0

// Has the definitions of PrometheusRule and PodMonitor.
require github.com/prometheus-operator/prometheus-operator v0.85.0
