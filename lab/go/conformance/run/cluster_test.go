//go:build simulated

package run

import (
	"context"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"cardinal/lab/conformance/simulator"
)

// clusterOf is a cluster that only stores objects, which the simulator reads.
func clusterOf(scheme *runtime.Scheme) client.Client {
	kinds, version := map[schema.GroupVersionKind]bool{}, 0
	changed := func(object client.Object) {
		kind, err := apiutil.GVKForObject(object, scheme)
		if err != nil {
			panic(err)
		}
		kinds[kind] = true
		version++
	}
	cluster := fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.CreateOption) error {
			changed(object)
			object.SetCreationTimestamp(metav1.Unix(int64(version), 0))
			return c.Create(ctx, object, opts...)
		},
		Update: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.UpdateOption) error {
			changed(object)
			return c.Update(ctx, object, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, opts ...client.PatchOption) error {
			changed(object)
			return c.Patch(ctx, object, patch, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.DeleteOption) error {
			changed(object)
			return c.Delete(ctx, object, opts...)
		},
	}).Build()
	simulator.Version = func() int { return version }
	simulator.Objects = func() []any {
		var objects []any
		for kind := range kinds {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(kind)
			if err := cluster.List(context.Background(), list); err != nil {
				panic(err)
			}
			for _, each := range list.Items {
				unstructured.RemoveNestedField(each.Object, "status")
				objects = append(objects, withoutNulls(each.Object))
			}
		}
		return objects
	}
	return cluster
}

// withoutNulls drops fields that typed objects have as null or zero, as the API server does.
func withoutNulls(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		for name, each := range typed {
			if each == nil || (name == "targetPort" && each == int64(0)) || (reflect.ValueOf(each).Kind() == reflect.Map && reflect.ValueOf(each).IsNil()) {
				delete(typed, name)
			} else {
				typed[name] = withoutNulls(each)
			}
		}
	case []any:
		for i, each := range typed {
			typed[i] = withoutNulls(each)
		}
	}
	return value
}
