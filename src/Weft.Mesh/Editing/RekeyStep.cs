namespace Weft.Mesh;

/// <summary>A step of giving a site another key.</summary>
/// <param name="Site">As the mesh writes its name.</param>
/// <param name="Phase">Which step.</param>
public sealed record RekeyStep(string Site, RekeyPhase Phase);

/// <summary>
/// A device has one key, and its peers know it by that. So the peers learn the new one first, beside the old one, and
/// the site takes it when all of them have. Both keys are kept from the first step to the last.
/// </summary>
public enum RekeyPhase
{
    /// <summary>Makes the key and tells the others of it. The site's own file stays as it is.</summary>
    Begin,

    /// <summary>Gives it to the site, and has the others forget the old one.</summary>
    Finish,

    /// <summary>Has the others forget the new one.</summary>
    Undo,
}
