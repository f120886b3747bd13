namespace Weft.Bench.Tunnel.Contenders;

/// <summary>A program that joins two hosts by a tunnel, and how to start it.</summary>
interface IContender
{
    /// <summary>As it stands in the tables.</summary>
    string Name { get; }

    /// <summary>What it says of itself; null when it is not installed.</summary>
    string? Version { get; }

    /// <summary>How it is started and set up, in a line for the reader.</summary>
    string Setup { get; }

    /// <summary>
    /// Starts both ends with <see cref="TwoHosts.Device"/> as their interface; returns when that is up. Ends with the hosts.
    /// </summary>
    Ends Start(TwoHosts hosts);
}

/// <summary>The process ids of the programs that carry the traffic.</summary>
readonly record struct Ends(int A, int B);
