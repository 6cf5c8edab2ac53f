#include "/work/wt/ring/el2/virtio/vring_chain.c"
#include "/work/wt/ring/el2/virtio/vring_split.c"
#include "/work/wt/ring/el2/virtio/vring_packed.c"
#include "/work/wt/ring/el2/virtio/vring.c"
