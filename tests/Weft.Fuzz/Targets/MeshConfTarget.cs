using System.Buffers.Binary;
using System.Collections.Immutable;
using Weft.Config;
using Weft.Crypto;
using Weft.Mesh;

namespace Weft.Fuzz.Targets;

/// <summary>
/// <c>mesh.conf</c>: what is read and written reads the same, the preflight looks over whatever was read, and a mesh that
/// it passes gives every site a file that reads the same.
/// </summary>
sealed class MeshConfTarget : ITarget
{
    /// <summary>Sites of a mesh that is planned: enough for every case, and their keys take time.</summary>
    const int MostPlanned = 12;

    public TargetShape Shape { get; } =
        new("mesh-conf")
        {
            IsText = true,
            MaxLength = 32 << 10,
            BriefRuns = 6000,
            Budget = new(256 << 10, 600),
            Words = Words.Of([
                "[Mesh]",
                "[Site]",
                "[Mesh]\nNetwork = 192.168.192.0/24\n",
                "[Site]\nName = ",
                "a.example.org",
                "b.example.org",
                "_c",
                "Network = ",
                "Check = ",
                "Name = ",
                "Endpoint = ",
                "Port = ",
                "Lan = ",
                "Lan = 10.0.1.0/24",
                "Nat = ",
                "Nat = yes",
                "no",
                "Address = ",
                "Relay = yes",
                "Keepalive = ",
                "off",
                "Mtu = ",
                "# Weft.Site = x",
                .. Secrets.Base64,
                .. Words.Addresses,
                .. Words.Endpoints,
                .. Words.Numbers,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        if (
            DiagnosticRules.Parse(
                input,
                read => MeshConfigText.Parse(read, DiagnosticRules.File),
                seen,
                out string text
            )
            is not { } mesh
        )
            return;
        seen.Saw("sites", mesh.Sites.Length);
        string written = MeshConfigText.Write(mesh);
        ParseResult<MeshConfig> again = MeshConfigText.Parse(written, DiagnosticRules.File);
        Rule.Holds(again.IsGood, "what is written is read", string.Join('\n', again.Faults));
        Rule.Holds(Same.Are(mesh, again.Value!), "what is written reads the same");

        ImmutableArray<Mesh.Finding> findings;
        using (seen.Measure())
            findings = MeshPreflight.Check(mesh, DiagnosticRules.File);
        Check(text, mesh, findings, seen);
        if (findings.All(f => f.Level != FindingLevel.Error) && mesh.Sites.Length <= MostPlanned)
            Plan(mesh, seen);
    }

    static void Check(string text, MeshConfig mesh, ImmutableArray<Mesh.Finding> findings, Observation seen)
    {
        int lines = 1 + text.Count(c => c == '\n');
        // The longest first, or a part of a name would be left over.
        string[] names =
        [
            .. mesh
                .Sites.SelectMany(site => (string?[])[site.Name, site.EndpointHost])
                .OfType<string>()
                .OrderByDescending(name => name.Length),
        ];
        foreach (Mesh.Finding finding in findings)
        {
            string said = finding.Diagnostic.ToString();
            // With an amount, since its neighbours say nothing: every mesh has its findings in another order.
            seen.Saw(DiagnosticRules.ShapeOf(Without(names, finding.Diagnostic.Message)), 1);
            Rule.Holds(
                finding.Diagnostic.Line >= 0 && finding.Diagnostic.Line <= lines,
                "a finding points into the file",
                said
            );
            Rule.Holds(DiagnosticRules.IsFitForTerminals(said), "a finding is fit for a terminal", said);
            Secrets.AreNotIn(said);
        }
    }

    /// <summary>A finding says the names of sites: without them it is the same for all.</summary>
    static string Without(string[] names, string said)
    {
        foreach (string name in names)
            said = said.Replace(name, "*", StringComparison.Ordinal);
        return said;
    }

    static void Plan(MeshConfig mesh, Observation seen)
    {
        using MeshKeys keys = KeysOf(mesh);
        MeshPlan plan = MeshPlan.Of(mesh, keys);
        for (int i = 0; i < mesh.Sites.Length; i++)
        {
            SiteConfig site = plan.ConfigOf(i);
            seen.Saw("planned peers", site.Peers.Length);
            ParseResult<SiteConfig> again = SiteConfigText.Parse(SiteConfigText.Write(site), DiagnosticRules.File);
            Rule.Holds(again.IsGood, "a site's file is read", string.Join('\n', again.Faults));
            Rule.Holds(Same.Are(site, again.Value!), "a site's file reads as it was planned");
            Rule.Same(mesh.Networks.Length, site.Interface.Addresses.Length, "a site has an address in every network");
        }
    }

    static MeshKeys KeysOf(MeshConfig mesh)
    {
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        bytes.Fill(0x40);
        MeshKeys keys = new(new PresharedKey(bytes));
        for (int i = 0; i < mesh.Sites.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], i);
            keys.Add(mesh.Sites[i].Name, new PrivateKey(bytes));
        }
        return keys;
    }
}
