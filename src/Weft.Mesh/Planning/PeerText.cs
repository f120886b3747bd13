using System.Text;
using Weft.Config;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// The text of a <c>[Peer]</c> section with a gap where the preshared key stands, which differs from file to file. Made
/// once for all files that say the same of a peer. Any thread.
/// </summary>
sealed class PeerText
{
    const string KeyLine = "PresharedKey = ";

    readonly PublicKey _peer;
    readonly byte[] _before;
    readonly byte[] _after;

    PeerText(PublicKey peer, string before, string after)
    {
        _peer = peer;
        _before = Encoding.UTF8.GetBytes(before);
        _after = Encoding.UTF8.GetBytes(after);
    }

    /// <summary>The text of a section that has no preshared key yet.</summary>
    internal static PeerText Of(PeerSection section)
    {
        // A key of zeros holds the place, so that there is one writer of sections.
        using PresharedKey zeros = new(new byte[KeyText.KeyLength]);
        string text = SiteConfigText.Write(section with { PresharedKey = zeros });
        int key = text.IndexOf($"\n{KeyLine}", StringComparison.Ordinal) + 1 + KeyLine.Length;
        return new PeerText(section.PublicKey, text[..key], text[(key + KeyText.Base64Length)..]);
    }

    /// <summary>The key that it is about.</summary>
    internal PublicKey Peer => _peer;

    /// <summary>Writes the section with the preshared key of its two sites.</summary>
    internal void Write(ReadOnlySpan<byte> key, SecretText file)
    {
        file.Append(_before);
        file.AppendBase64(key);
        file.Append(_after);
    }
}
