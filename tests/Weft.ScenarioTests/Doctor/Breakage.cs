namespace Weft.ScenarioTests.Doctor;

/// <summary>
/// A way to break a running mesh that its users meet, and what the doctor must say of it at site a. Scripts are for sh on the
/// host of that letter (<c>a</c>, <c>b</c>, <c>c</c>, <c>i</c> for the internet between), with <c>$weft</c>, <c>$conf</c> (of
/// site a) and the sites' public keys <c>$A</c>, <c>$B</c>, <c>$C</c>.
/// </summary>
/// <param name="Title">As a sentence of its user.</param>
/// <param name="About">The site of the peer's link; empty for a fault of a itself.</param>
/// <param name="Layer">The doctor's word.</param>
/// <param name="Evidence">Words of what it must have seen.</param>
/// <param name="Break">What to do to whom.</param>
/// <param name="Mend">The way back; after it site a is started again.</param>
sealed record Breakage(
    string Title,
    string About,
    string Layer,
    string Evidence,
    (char Host, string Script)[] Break,
    (char Host, string Script)[] Mend
)
{
    /// <summary>Of site a itself.</summary>
    internal static Breakage Own(string title, string layer, string evidence, string script, string mend) =>
        new(title, "", layer, evidence, [('a', script)], [('a', mend)]);

    /// <summary>Of a link of site a.</summary>
    internal static Breakage Link(
        string title,
        string about,
        string layer,
        string evidence,
        (char, string) script,
        (char, string) mend
    ) => new(title, about, layer, evidence, [script], [mend]);

    internal static Breakage Link(
        string title,
        string about,
        string layer,
        string evidence,
        (char, string)[] scripts,
        (char, string)[] mends
    ) => new(title, about, layer, evidence, scripts, mends);
}
