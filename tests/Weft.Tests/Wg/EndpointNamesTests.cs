using System.Globalization;
using Weft.Cli.Wg;
using Weft.Tests.Linux;
using Xunit;

namespace Weft.Tests.Wg;

/// <summary>How long <c>wg</c> asks for an endpoint's name, in a namespace where no name server can be reached.</summary>
public sealed class EndpointNamesTests : IDisposable
{
    readonly TestNamespace _namespace = new();

    [Theory]
    [InlineData(null, 15)]
    [InlineData("0", 0)]
    [InlineData("3", 3)]
    public void A_failure_that_may_pass_is_waited_out_so_many_times(string? retries, int waits)
    {
        List<TimeSpan> waited = Ask("peer.example", retries, int.MaxValue);
        double[] wanted = [.. Enumerable.Range(0, waits).Select(i => Math.Min(20, Math.Pow(1.2, i)))];
        Assert.Equal(waits, waited.Count);
        Assert.All(waited.Zip(wanted), pair => Assert.Equal(pair.Second, pair.First.TotalSeconds, tolerance: 0.001));
    }

    [Fact]
    public void It_goes_on_for_ever_when_told_so_and_waits_20_seconds_at_most()
    {
        List<TimeSpan> waited = Ask("peer.example", "infinity", 40);
        Assert.Equal(40, waited.Count);
        Assert.Equal(20, waited.Max().TotalSeconds);
    }

    [Fact]
    public void A_name_that_can_never_be_one_is_not_asked_for_again() => Assert.Empty(Ask("a b", null, 1));

    public void Dispose() => _namespace.Dispose();

    /// <summary>The pauses that were made; the last of <paramref name="most"/> ends it.</summary>
    List<TimeSpan> Ask(string host, string? retries, int most)
    {
        List<TimeSpan> waited = [];
        using StringWriter error = new(CultureInfo.InvariantCulture);
        EndpointNames names = new(
            _ => retries,
            error,
            pause =>
            {
                waited.Add(pause);
                if (waited.Count == most)
                    throw new OperationCanceledException();
            }
        );
        try
        {
            Assert.Null(_namespace.Run(() => names.Find(host, "51820", patient: true, out _)));
        }
        catch (OperationCanceledException)
        {
            // That is as long as this test looks.
        }
        return waited;
    }
}
