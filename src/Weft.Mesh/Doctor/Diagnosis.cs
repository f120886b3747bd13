using System.Collections.Immutable;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>A fault that the doctor found.</summary>
/// <param name="Layer">Where it is.</param>
/// <param name="Peer">Whom it is about; null when it is about this site.</param>
/// <param name="Text">What is wrong, one sentence without its full stop.</param>
/// <param name="Evidence">How that is known: what was seen, one fact each.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Diagnosis(Layer Layer, string? Peer, string Text, ImmutableArray<string> Evidence, string Remedy);

/// <summary>What the doctor has to say of a site. A snapshot.</summary>
public sealed record DoctorReport
{
    public required string Interface { get; init; }

    /// <summary>Its name in the mesh; null when its file gives none.</summary>
    public string? Site { get; init; }

    /// <summary>It was started and not stopped since.</summary>
    public bool IsStarted { get; init; }

    /// <summary>Its interface is up, and the device answers.</summary>
    public bool IsUp { get; init; }

    /// <summary>Faults of the site itself, in the order of their layers.</summary>
    public ImmutableArray<Diagnosis> Faults { get; init; } = [];

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<PeerReport> Peers { get; init; } = [];

    public TimeSpan Took { get; init; }

    /// <summary>Nothing was found.</summary>
    public bool IsWell => Faults.IsEmpty && Peers.All(p => p.Fault is null);
}

/// <summary>How one peer of a <see cref="DoctorReport"/> is.</summary>
public sealed record PeerReport
{
    /// <summary>In the mesh, or else its key.</summary>
    public required string Name { get; init; }

    public required PublicKey PublicKey { get; init; }

    /// <summary>The first layer that fails; null when none does, or nothing could be asked.</summary>
    public Diagnosis? Fault { get; init; }

    /// <summary>It was looked at with the site running.</summary>
    public bool IsExamined { get; init; }

    public TimeSpan? HandshakeAge { get; init; }

    /// <summary>Of an echo through the tunnel; null when there was none.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Bytes of the largest packet that was seen to pass the tunnel whole; null when none was tried.</summary>
    public int? Mtu { get; init; }
}
