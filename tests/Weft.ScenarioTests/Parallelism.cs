// Scenarios mostly wait for hosts, so more of them run at once than a small machine has cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
