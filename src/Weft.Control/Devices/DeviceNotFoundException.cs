namespace Weft.Control;

/// <summary>There is no WireGuard device of that name.</summary>
public sealed class DeviceNotFoundException(string name) : Exception($"{name}: there is no such WireGuard device")
{
    /// <summary>Of the interface that was asked for.</summary>
    public string Name { get; } = name;
}
