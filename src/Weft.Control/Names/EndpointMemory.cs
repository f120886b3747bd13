using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// Where the peers of an interface answered last, for a start at which their names do not resolve: after a power cut the
/// tunnel may be the only way to a name server. <c>NAME.endpoints</c> in <see cref="LastingFolder"/> outlives stop and reboot.
/// Immutable.
/// </summary>
/// <param name="Peers">By public key.</param>
public sealed record EndpointMemory(ImmutableSortedDictionary<string, RememberedEndpoint> Peers)
{
    static EndpointMemory Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, RememberedEndpoint>(StringComparer.Ordinal));

    /// <summary>What is remembered of an interface; nothing where there is no such file, or one that makes no sense.</summary>
    public static EndpointMemory Read(string name, Action<string> warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        string path = PathOf(name);
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Empty;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            warning($"{path} cannot be read, so nothing is remembered: {e.Message}");
            return Empty;
        }
    }

    /// <exception cref="JsonException">The text is none of ours.</exception>
    internal static EndpointMemory Parse(ReadOnlySpan<byte> text) =>
        JsonSerializer.Deserialize(text, EndpointMemoryJson.Default.EndpointMemory) is { Peers: not null } memory
            ? memory
            : Empty;

    /// <summary>Where the peer answered last, if its line in the file is still the same.</summary>
    public IPEndPoint? Find(PeerSection peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return
            Peers.TryGetValue(peer.PublicKey.ToString(), out RememberedEndpoint? known)
            && known is not null
            && known.Name == peer.Endpoint?.ToString()
            && IPEndPoint.TryParse(known.Address, out IPEndPoint? address)
            && address.Port != 0
            ? address
            : null;
    }

    /// <summary>The same with one more; only a name is worth remembering the address of.</summary>
    public EndpointMemory With(PeerSection peer, IPEndPoint address)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(address);
        if (peer.Endpoint is not { } endpoint || endpoint.AsAddress() is not null || address.Equals(Find(peer)))
            return this;
        RememberedEndpoint entry = new(endpoint.ToString(), address.ToString());
        return new EndpointMemory(Peers.SetItem(peer.PublicKey.ToString(), entry));
    }

    /// <exception cref="IOException">It cannot be written; what was there stands.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Write(string name)
    {
        LastingFolder.Make();
        PrivateFile.Write(
            PathOf(name),
            JsonSerializer.SerializeToUtf8Bytes(this, EndpointMemoryJson.Default.EndpointMemory),
            isDurable: true
        );
    }

    internal static string PathOf(string name) => Path.Combine(LastingFolder.Place, name + ".endpoints");
}

/// <summary>Where one peer answered.</summary>
/// <param name="Name">Its endpoint as the file has it: another line there makes this one stale.</param>
/// <param name="Address">As text, with the port.</param>
public sealed record RememberedEndpoint(string Name, string Address);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EndpointMemory))]
sealed partial class EndpointMemoryJson : JsonSerializerContext;
