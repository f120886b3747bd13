using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>Much data, intact. A class of its own, since each class runs beside the others.</summary>
public sealed class BulkTransferTests
{
    [Theory]
    [InlineData(Engine.Weft, Engine.Weft)]
    [InlineData(Engine.Weft, Engine.Go)]
    [InlineData(Engine.Go, Engine.Weft)]
    public async Task A_hundred_megabytes_arrive_intact_each_way(Engine initiator, Engine responder)
    {
        const long Bytes = 100_000_000;
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(initiator, responder);
        await Transfer.OverTcp(pair.InitiatorHost, pair.ResponderHost, TunnelPair.ResponderInner4, Bytes);
        await Transfer.OverTcp(pair.ResponderHost, pair.InitiatorHost, TunnelPair.InitiatorInner6, Bytes);
    }
}
