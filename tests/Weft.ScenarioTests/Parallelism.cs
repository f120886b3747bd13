using Weft.ScenarioTests;
using Weft.ScenarioTests.Kernel;
using Xunit.Sdk;
using Xunit.v3;

// Scenarios mostly wait for hosts, so more of them run at once than a small machine has cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Weft.ScenarioTests;

/// <summary>
/// The class that takes longest begins first, or all would wait for it in the end: the guest's kernel keeps its keys for two
/// minutes of real time.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(c => c.TestCollectionDisplayName == GuestFixture.Collection)];
}
