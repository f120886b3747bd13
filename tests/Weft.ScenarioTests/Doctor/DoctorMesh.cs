using System.Text.Json;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Doctor;

/// <summary>
/// The mesh of the README, running, which the tests of a class break and mend one after the other. Nobody watches its links:
/// what is broken stays so until it is mended.
/// </summary>
public sealed class DoctorMesh : IAsyncLifetime
{
    readonly Lab _lab = new("doctor");
    readonly Dictionary<char, string> _keys = [];
    ThreeSites _three = null!;

    internal Host A => _three.Sites[0];

    internal Host B => _three.Sites[1];

    internal Host C => _three.Sites[2];

    public ValueTask InitializeAsync()
    {
        _three = ThreeSites.Lay(_lab);
        _three.MakeConf();
        foreach (Host site in _three.Sites)
        {
            site.Run("sed", "-i", "/Weft.Check/d", _three.ConfOf(site));
            _three.Start(site);
            _keys[char.ToUpperInvariant(site.Name[0])] = site.Run(Programs.Wg, "show", "wg0", "public-key").Trim();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    /// <summary>Runs a line of a <see cref="Breakage"/>.</summary>
    internal void Run((char Host, string Script) step)
    {
        Host host = step.Host switch
        {
            'a' => A,
            'b' => B,
            'c' => C,
            _ => _three.Internet,
        };
        string conf = _three.Sites.Contains(host) ? _three.ConfOf(host) : "";
        string keys = string.Concat(_keys.Select(k => $"{k.Key}={k.Value}; "));
        host.Sh($"{keys}weft={Programs.Weft}; conf={conf}; wg() {{ {Programs.Wg} \"$@\"; }}\n{step.Script}");
    }

    /// <summary>What the doctor of site a says.</summary>
    internal (int Status, JsonElement Report) Ask() => Ask(A);

    internal (int Status, JsonElement Report) Ask(Host site)
    {
        CommandResult result = site.Try(Programs.Weft, "doctor", "--json", "--site", _three.ConfOf(site));
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return (result.Status, document.RootElement.Clone());
    }

    /// <summary>Starts site a again.</summary>
    internal void Start() => A.Run(Programs.Weft, "start", "--engine", "userspace", _three.ConfOf(A));

    /// <summary>The same, and waits until the doctor finds nothing.</summary>
    internal void Heal()
    {
        Start();
        Wait.Until(() => Ask().Status == 0, "the mesh is well again", seconds: 30);
    }
}
