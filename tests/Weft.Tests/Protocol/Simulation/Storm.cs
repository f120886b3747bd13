using Weft.Crypto;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Protocol.Simulation;

/// <summary>
/// Minutes of trouble, then peace, over and over: the wire loses, doubles, delays and reorders; hosts move, restart, go
/// down, sleep and set their clocks; whoever runs them changes keys, endpoints, keepalives and peers, on one side before the
/// other; and after each peace has lasted for as long as the protocol may take, data flows between every pair.
/// </summary>
sealed class Storm
{
    /// <summary>
    /// 15 s and jitter to notice the silence, and 5 s and jitter more if an initiation has just been sent in vain.
    /// </summary>
    static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15.334 + 5.334);

    readonly World _world;
    readonly SeededEntropy _chance;
    readonly List<(Host From, Host To)> _pairs = [];
    readonly bool _isStar;

    /// <summary>What was changed on one side and is still to be changed on another.</summary>
    readonly List<Action> _news = [];

    /// <param name="isStar">
    /// The first host stays where it is and calls nobody, all others move and call it; else all know all and stay.
    /// </param>
    internal Storm(ulong seed, int hosts, bool isStar)
    {
        _world = new World(seed) { KeepsSent = false };
        _chance = _world.Chance;
        _isStar = isStar;
        for (int i = 0; i < hosts; i++)
            _world.AddHost($"host {i}");
        for (int i = 0; i < hosts; i++)
        {
            for (int j = 0; j < hosts; j++)
            {
                if (i == j || (isStar && i != 0 && j != 0))
                    continue;
                bool dials = !isStar || j == 0;
                ushort keepalive = (ushort)(dials && _chance.Chance(0.3) ? 25 : 0);
                _world.Hosts[i].Knows(_world.Hosts[j], null, keepalive, dials);
                _pairs.Add((_world.Hosts[i], _world.Hosts[j]));
            }
        }
        Ledger = new Ledger(_world);
    }

    internal Ledger Ledger { get; }

    internal void Run(TimeSpan time)
    {
        Instant end = _world.Now + time;
        while (_world.Now < end)
        {
            Rage();
            Calm();
        }
    }

    void Rage()
    {
        for (int i = _chance.Below(8); i >= 0; i--)
        {
            _world.Wire.IsCut = _chance.Chance(0.15);
            _world.Wire.Loss = _chance.Below(61) / 100.0;
            _world.Wire.Duplication = _chance.Below(30) / 100.0;
            _world.Wire.Delay = TimeSpan.FromMilliseconds(_chance.Below(200));
            _world.Wire.Jitter = TimeSpan.FromMilliseconds(_chance.Below(3000));
            if (_chance.Chance(0.6))
                Trouble(_world.Hosts[_chance.Below(_world.Hosts.Count)]);
            if (_chance.Chance(0.4))
                Administer(_pairs[_chance.Below(_pairs.Count)]);
            if (_chance.Chance(0.3))
                Spread();
            Talk(TimeSpan.FromSeconds(1 + _chance.Below(150)), 0.3);
        }
    }

    void Trouble(Host host)
    {
        switch (_chance.Below(6))
        {
            case 0 when !_isStar || host != _world.Hosts[0]:
                if (_isStar)
                    _world.Move(
                        host,
                        Endpoint.V4(0xcb00_7100 + (uint)_chance.Below(250), (ushort)_chance.Below(65536))
                    );
                break;
            case 1:
                // A clock that was set back and then a restart would look like a replay to the peer, in any WireGuard.
                host.WallError = host.LargestWallError;
                host.Restart();
                break;
            case 2:
                host.WallError += TimeSpan.FromSeconds(_chance.Below(200_000) - 100_000);
                break;
            case 3:
                host.Node.ForgetSessions();
                break;
            case 4:
                host.Node.InterfaceDown();
                _world.RunFor(_chance.Below(20));
                host.Node.InterfaceUp();
                break;
            default:
                host.Node.ForgetSources();
                break;
        }
    }

    /// <summary>Somebody changes the configuration of the first, and tells the second only in time.</summary>
    void Administer((Host Here, Host There) pair)
    {
        (Host here, Host there) = pair;
        switch (_chance.Below(6))
        {
            case 0:
                here.ChangeKey(DrawKey());
                foreach (Host other in _world.Hosts.Where(other => other.IsAcquaintedWith(here)))
                    _news.Add(() => other.Readmit(here));
                break;
            case 1:
                PresharedKey? key = _chance.Chance(0.3) ? null : DrawPresharedKey();
                here.Change(there, key, here.KeepaliveTo(there));
                _news.Add(() => here.Change(there, key, here.KeepaliveTo(there)));
                _news.Add(() => there.Change(here, key, there.KeepaliveTo(here)));
                break;
            case 2:
                ushort[] intervals = [0, 1, 25, 600];
                here.Change(there, here.PresharedKeyWith(there), intervals[_chance.Below(intervals.Length)]);
                break;
            case 3:
                here.Aim(there, Endpoint.V4(0xc612_0000 + (uint)_chance.Below(3), 9));
                _news.Add(() => here.Aim(there, there.Address));
                break;
            default:
                here.Readmit(there);
                break;
        }
    }

    /// <summary>What was changed on one side becomes true everywhere, in the order in which it was changed.</summary>
    void Spread()
    {
        foreach (Action news in _news)
            news();
        _news.Clear();
    }

    PrivateKey DrawKey()
    {
        Span<byte> bytes = stackalloc byte[32];
        _chance.Fill(bytes);
        return new PrivateKey(bytes);
    }

    PresharedKey DrawPresharedKey()
    {
        Span<byte> bytes = stackalloc byte[32];
        _chance.Fill(bytes);
        return new PresharedKey(bytes);
    }

    void Calm()
    {
        Spread();
        _world.Wire.Heal();
        _world.Wire.Delay = TimeSpan.FromMilliseconds(_chance.Below(100));
        Talk(Recovery, 1);
        int[] proofs = [.. _pairs.Select(pair => Ledger.Send(pair.From, pair.To))];
        _world.RunFor(1);
        for (int i = 0; i < proofs.Length; i++)
        {
            Assert.True(
                Ledger.HasArrived(proofs[i]),
                $"seed {_world.Seed}: at {_world.Now.Nanoseconds / 1e9:0.0} s nothing flows from "
                    + $"{_pairs[i].From.Name} to {_pairs[i].To.Name}"
            );
        }
    }

    /// <summary>Every second each pair sends with the given probability.</summary>
    void Talk(TimeSpan time, double probability)
    {
        for (int second = 0; second < time.TotalSeconds; second++)
        {
            foreach ((Host from, Host to) in _pairs)
            {
                if (_chance.Chance(probability))
                    Ledger.Send(from, to, 24 + _chance.Below(1300));
            }
            _world.RunFor(1);
        }
    }
}
