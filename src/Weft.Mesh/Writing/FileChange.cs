namespace Weft.Mesh;

/// <summary>What writing a mesh did to one file.</summary>
public enum FileChange
{
    Unchanged,
    Changed,
    Created,
}
