namespace Weft.Protocol;

/// <summary>Where chance comes from: the system's generator in the device, a seeded one in tests.</summary>
public interface IEntropy
{
    /// <summary>Fills all of <paramref name="bytes"/>. Any thread.</summary>
    void Fill(Span<byte> bytes);
}
