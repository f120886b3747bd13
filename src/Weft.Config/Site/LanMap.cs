using System.Net;

namespace Weft.Config;

/// <summary>
/// A network behind a site, and what the other sites call it: the same, unless it is mapped to another prefix because a
/// network of theirs has these addresses too. The bits after the prefix stay as they are.
/// </summary>
/// <param name="Real">As the site's own hosts know it.</param>
/// <param name="Shown">As the other sites reach it; as long as the real one.</param>
public readonly record struct LanMap(IPNetwork Real, IPNetwork Shown)
{
    /// <summary>Between the two in a file.</summary>
    internal const string Word = "as";

    public bool IsMapped => Real != Shown;

    /// <summary>What an address of the prefix that is shown is in the real network.</summary>
    public IPAddress ToReal(IPAddress shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        byte[] address = shown.GetAddressBytes();
        byte[] network = Real.BaseAddress.GetAddressBytes();
        for (int bit = 0; bit < Real.PrefixLength; bit++)
        {
            byte mask = (byte)(0x80 >> (bit % 8));
            address[bit / 8] = (byte)((address[bit / 8] & ~mask) | (network[bit / 8] & mask));
        }
        return new IPAddress(address);
    }

    /// <summary>As a file has it.</summary>
    public override string ToString() =>
        IsMapped ? $"{AddressText.Format(Real)} {Word} {AddressText.Format(Shown)}" : AddressText.Format(Real);
}
